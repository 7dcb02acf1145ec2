def style(text):
    return text
