package fetch

import "os/exec"

func Clone(url string) error {
	return exec.Command("git", "clone", "--mirror", url).Run()
}
