package openblas

// Missing says what to install where the library was not found.
const Missing = "no OpenBLAS; install the Debian package libopenblas0-pthread"
