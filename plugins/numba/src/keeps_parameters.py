def parameters(code):
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    return code.co_argcount, code.co_kwonlyargcount, code.co_flags & 12, code.co_varnames[:count]


result = None
if not getattr(made, "_can_compile", False) and parameters(old) != parameters(new):
    result = "its compiled signatures are declared for the old parameters; restart the program"
