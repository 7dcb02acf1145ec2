import site_.settings
