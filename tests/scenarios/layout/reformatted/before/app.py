names = [ 'a','b' ]
options = {'x':1, 'y' : 2}
class Box :
    items = []
    def add( self,item,*,twice = False ) :
        self.items.append( item ); self.items.append('again') if twice else None
        return len( self.items )
def call(*args,**kwargs): return Box().add(*args,**kwargs)
