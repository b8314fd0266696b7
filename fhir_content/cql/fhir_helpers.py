def function(library, alias, name) -> None:
    return None
