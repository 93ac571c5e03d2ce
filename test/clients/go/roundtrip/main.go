// Objects of every kind go through protobuf and JSON, between client-go's types and the server: its codec with random values in every field,
// and its requests with an object of every resource.
package main

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"

	"kubernest.test/clients/check"
)

// kinds are all those that the server may be asked for.
var kinds = runtime.NewScheme()

func main() {
	utilruntime.Must(clientscheme.AddToScheme(kinds))
	utilruntime.Must(apiextensionsv1.AddToScheme(kinds))
	utilruntime.Must(apiregistrationv1.AddToScheme(kinds))
	utilruntime.Must(metav1.AddMetaToScheme(kinds))
	s := check.Start()
	fuzzed{}.run(s)
	wire{}.run(s)
	s.End()
}
