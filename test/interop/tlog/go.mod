module muniment.test/tlog

go 1.25

require golang.org/x/mod v0.28.0
