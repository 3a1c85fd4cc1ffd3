from prices import Big, Cart, Point, numbers, taxed

WHERE = "shop"
carts = []
