module shop

go 1.25

require github.com/a/b v1.0.0
