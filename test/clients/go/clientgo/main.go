// The steps of a client through client-go: typed clients in JSON and protobuf, informers, dynamic and metadata clients, apply, leader election.
// With the argument lists: informers that list and then watch, and a history that is short.
package main

import (
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"kubernest.test/clients/check"
)

func main() {
	s := check.Start()
	if len(os.Args) > 1 && os.Args[1] == "lists" {
		expiry{kubernetes.NewForConfigOrDie(s.Config), s.Namespace}.run(s)
		informers{s.Config, s.Namespace, false}.run(s, "")
		s.End()
		return
	}
	for _, encoding := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		config := rest.CopyConfig(s.Config)
		config.ContentType = encoding
		config.AcceptContentTypes = encoding
		suffix := ""
		if encoding == runtime.ContentTypeProtobuf {
			config.AcceptContentTypes += "," + runtime.ContentTypeJSON
			suffix = " protobuf"
		}
		typed{kubernetes.NewForConfigOrDie(config), s.Namespace, "typed" + suffix}.run(s, suffix)
		informers{config, s.Namespace, true}.run(s, suffix)
	}
	dynamics{s.Config, s.Namespace}.run(s)
	applies{kubernetes.NewForConfigOrDie(s.Config), s.Namespace}.run(s)
	elections{kubernetes.NewForConfigOrDie(s.Config), s.Namespace}.run(s)
	tools{s.Config, s.Namespace}.run(s)
	wire{s.Config, s.Namespace}.run(s)
	s.End()
}
