package torch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// How states of which every process has saved its part are gathered into one file.
const (
	gatherFSDP = "Gather them: python3 examples/pytorch/gather.py FOLDER optimizer.pt, or with PyTorch 2.3 and newer " +
		"python3 -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER optimizer.pt, or in the training " +
		"program FSDP.full_optim_state_dict(model, optimizer), saved with torch.save"
	gatherDeepSpeed = "Gather them: python3 -m deepspeed.checkpoint.ds_to_universal --input_folder STEP " +
		"--output_folder OUT, which leaves exp_avg.pt and exp_avg_sq.pt for every parameter, and save these with " +
		"torch.save as one dict {name: {\"exp_avg\": ..., \"exp_avg_sq\": ..., \"step\": ...}}"
)

// shards are parts of the names under which programs save what every process has, and how it is gathered.
var shards = []struct{ part, gather string }{
	{".distcp", "is a part of a distributed checkpoint of PyTorch's. " + gatherFSDP},
	{"zero_pp_rank_", "is one process's part of DeepSpeed's states. " + gatherDeepSpeed},
	{"mp_rank_", "is one process's part of DeepSpeed's states. " + gatherDeepSpeed},
	{"global_step", "is a folder of DeepSpeed's, with a part for every process. " + gatherDeepSpeed},
	{"optimizer_0", "is a distributed checkpoint of FSDP's, with a part for every process. " + gatherFSDP},
}

// part errs where the name of a file, or what a folder holds, says that it is a part of the states only.
func part(path string) error {
	for _, s := range shards {
		if strings.Contains(filepath.Base(path), s.part) {
			return fmt.Errorf("%s %s", path, s.gather)
		}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return Shards(path)
	}
	return nil
}

// Shards errs where a folder holds an optimizer's states of which every process has saved its part.
func Shards(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		for _, s := range shards {
			if strings.Contains(e.Name(), s.part) {
				return fmt.Errorf("%s %s", filepath.Join(dir, e.Name()), s.gather)
			}
		}
	}
	return nil
}
