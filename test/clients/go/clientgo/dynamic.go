package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"kubernest.test/clients/check"
)

type dynamics struct {
	config    *rest.Config
	namespace string
}

var services = schema.GroupVersionResource{Version: "v1", Resource: "services"}

func (d dynamics) run(s *check.Steps) {
	s.Run("dynamic", d.objects)
	s.Run("dynamic informer", d.informer)
	s.Run("metadata", d.metadata)
}

func service(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"name": name, "labels": map[string]any{"dynamic": "y"}},
		"spec":     map[string]any{"selector": map[string]any{"app": "x"}, "ports": []any{map[string]any{"port": int64(80), "targetPort": "http"}}},
	}}
}

func (d dynamics) objects(ctx context.Context) error {
	client, err := dynamic.NewForConfig(d.config)
	if err != nil {
		return err
	}
	all := client.Resource(services).Namespace(d.namespace)
	made, err := all.Create(ctx, service("dynamic"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	ip, _, _ := unstructured.NestedString(made.Object, "spec", "clusterIP")
	ports, _, _ := unstructured.NestedSlice(made.Object, "spec", "ports")
	patched, err := all.Patch(ctx, "dynamic", types.StrategicMergePatchType, []byte(`{"spec":{"ports":[{"port":443,"name":"tls"},{"port":80,"name":"web"}]}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	both, _, _ := unstructured.NestedSlice(patched.Object, "spec", "ports")
	list, err := all.List(ctx, metav1.ListOptions{LabelSelector: "dynamic=y"})
	if err != nil {
		return err
	}
	status := patched.DeepCopy()
	_ = unstructured.SetNestedSlice(status.Object, []any{map[string]any{"ip": "10.1.2.3"}}, "status", "loadBalancer", "ingress")
	_ = unstructured.SetNestedField(status.Object, "LoadBalancer", "spec", "type")
	_, notAllowed := all.UpdateStatus(ctx, status, metav1.UpdateOptions{})
	err = all.Delete(ctx, "dynamic", metav1.DeleteOptions{})
	_, gone := all.Get(ctx, "dynamic", metav1.GetOptions{})
	return check.First(
		err,
		check.Equal("an address", ip != "", true),
		check.Equal("target port", fmt.Sprint(ports[0].(map[string]any)["targetPort"]), "http"),
		check.Equal("ports", len(both), 2),
		check.Equal("items", len(list.Items), 1),
		check.Equal("list", list.GetKind(), "ServiceList"),
		check.Equal("ingress of a cluster IP", apierrors.IsInvalid(notAllowed), true),
		check.Equal("gone", apierrors.IsNotFound(gone), true),
	)
}

func (d dynamics) informer(ctx context.Context) error {
	client, err := dynamic.NewForConfig(d.config)
	if err != nil {
		return err
	}
	all := client.Resource(services).Namespace(d.namespace)
	if _, err = all.Create(ctx, service("seen"), metav1.CreateOptions{}); err != nil {
		return err
	}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, d.namespace, nil)
	lister := factory.ForResource(services).Lister()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if _, err = lister.ByNamespace(d.namespace).Get("seen"); err != nil {
		return err
	}
	if err = check.CutConnections(); err != nil {
		return err
	}
	err = check.Eventually(ctx, "a delete", func() (bool, error) {
		err := all.Delete(ctx, "seen", metav1.DeleteOptions{})
		return err == nil || apierrors.IsNotFound(err), nil
	})
	return check.First(err, check.Eventually(ctx, "its event", func() (bool, error) {
		_, err := lister.ByNamespace(d.namespace).Get("seen")
		return apierrors.IsNotFound(err), nil
	}))
}

// Only the metadata of objects: PartialObjectMetadata, which client-go asks for in protobuf.
func (d dynamics) metadata(ctx context.Context) error {
	objects, err := dynamic.NewForConfig(d.config)
	if err != nil {
		return err
	}
	client, err := metadata.NewForConfig(d.config)
	if err != nil {
		return err
	}
	for _, name := range []string{"meta-1", "meta-2", "meta-3"} {
		if _, err = objects.Resource(services).Namespace(d.namespace).Create(ctx, service(name), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	all := client.Resource(services).Namespace(d.namespace)
	page, err := all.List(ctx, metav1.ListOptions{Limit: 2, LabelSelector: "dynamic=y"})
	if err != nil {
		return err
	}
	rest, err := all.List(ctx, metav1.ListOptions{Limit: 2, LabelSelector: "dynamic=y", Continue: page.Continue})
	if err != nil {
		return err
	}
	one, err := all.Patch(ctx, "meta-1", types.MergePatchType, []byte(`{"metadata":{"annotations":{"a":"b"}}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, d.namespace, nil)
	informer := factory.ForResource(services)
	deleted := make(chan string, 9)
	if _, err = informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{DeleteFunc: func(o any) { deleted <- o.(*metav1.PartialObjectMetadata).Name }}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if err = all.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "dynamic=y"}); err != nil {
		return err
	}
	for range 3 {
		select {
		case <-deleted:
		case <-ctx.Done():
			return fmt.Errorf("fewer events of deletion than objects")
		}
	}
	return check.First(
		check.Equal("first page", len(page.Items), 2),
		check.Equal("second page", len(rest.Items), 1),
		check.Equal("annotation", one.Annotations["a"], "b"),
		check.Equal("labels", one.Labels["dynamic"], "y"),
	)
}
