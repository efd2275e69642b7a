package cuda

import (
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	embedded "github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
)

// ptx is that of the kernels for a device.
func ptx(dev *driver.Device) ([]byte, error) {
	arch, err := embedded.Architecture(dev.Major, dev.Minor)
	if err != nil {
		return nil, err
	}
	return embedded.PTX(arch)
}
