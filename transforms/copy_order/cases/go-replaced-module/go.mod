module shop

require shop/core v0.0.0

replace shop/core => ./core
