print("tesseract-ocr-deu")
