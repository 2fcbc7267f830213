module hasty

go 1.21
