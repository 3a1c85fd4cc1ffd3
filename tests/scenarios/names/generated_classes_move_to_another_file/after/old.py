import dataclasses
import enum
import typing

WHERE = "old"
