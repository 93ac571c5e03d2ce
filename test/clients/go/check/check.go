// Package check is what the client programs share: named steps with one line of outcome each, and what the runner tells them.
package check

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Steps runs a client's steps and remembers whether one failed.
type Steps struct {
	Config    *rest.Config
	Namespace string
	failed    bool
}

// Start reads the kubeconfig and the namespace that the runner prepared.
func Start() *Steps {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	config.QPS = -1
	return &Steps{Config: config, Namespace: os.Getenv("CLIENT_NAMESPACE")}
}

// Run runs a step, at most a minute, and prints its outcome.
func (s *Steps) Run(name string, step func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := step(ctx); err != nil {
		s.failed = true
		fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " | "))
		return
	}
	fmt.Printf("ok %s\n", name)
}

// End ends the program with what the steps came to.
func (s *Steps) End() {
	if s.failed {
		os.Exit(1)
	}
}

// CutConnections breaks every connection to the server that is open, as a network that fails.
func CutConnections() error {
	res, err := http.Post(os.Getenv("CLIENT_CUT_URL"), "text/plain", nil)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Eventually asks until the answer is yes, or the step's time is over.
func Eventually(ctx context.Context, what string, ask func() (bool, error)) error {
	err := wait.PollUntilContextCancel(ctx, 20*time.Millisecond, true, func(context.Context) (bool, error) { return ask() })
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", what, err)
	}
	return nil
}

// Equal is an error when two values differ.
func Equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}

// First is the first error of several.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
