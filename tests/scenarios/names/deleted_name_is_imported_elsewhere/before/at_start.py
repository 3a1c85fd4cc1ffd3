from store import (
    name,
    price,
)
import store

shown = store.LIMIT
