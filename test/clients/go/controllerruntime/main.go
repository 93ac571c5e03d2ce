// The steps of a client through controller-runtime: its client, its cache, and a manager with a reconciler.
package main

import (
	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"kubernest.test/clients/check"
)

func main() {
	ctrl.SetLogger(logr.Discard())
	s := check.Start()
	plain{}.run(s)
	cached{}.run(s)
	s.End()
}
