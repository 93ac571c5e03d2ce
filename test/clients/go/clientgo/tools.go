package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/retry"

	"kubernest.test/clients/check"
)

type tools struct {
	config    *rest.Config
	namespace string
}

func (t tools) run(s *check.Steps) {
	s.Run("discovery", t.discovery)
	s.Run("scale by any kind", t.scale)
	s.Run("events", t.events)
	s.Run("eviction", t.eviction)
}

func (t tools) discovery(ctx context.Context) error {
	client, err := discovery.NewDiscoveryClientForConfig(t.config)
	if err != nil {
		return err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return err
	}
	_, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		return err
	}
	resources := 0
	for _, l := range lists {
		resources += len(l.APIResources)
	}
	document, err := client.OpenAPISchema()
	if err != nil {
		return err
	}
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return err
	}
	for path, gv := range paths {
		if _, err := gv.Schema("application/com.github.proto-openapi.spec.v3@v1.0+protobuf"); err == nil {
			continue
		}
		if _, err := gv.Schema("application/json"); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client))
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "batch", Kind: "CronJob"})
	if err != nil {
		return err
	}
	short, err := restmapper.NewShortcutExpander(mapper, client, nil).ResourceFor(schema.GroupVersionResource{Resource: "netpol"})
	if err != nil {
		return err
	}
	return check.First(
		check.Equal("version", version.Major+"."+version.Minor, "1.36"),
		check.Equal("resources and subresources", resources, 113),
		check.Equal("more than 500 definitions", len(document.Definitions.AdditionalProperties) > 500, true),
		check.Equal("scope", mapping.Scope.Name(), meta.RESTScopeNameNamespace),
		check.Equal("short name", short.Resource, "networkpolicies"),
	)
}

func (t tools) scale(ctx context.Context) error {
	clients, err := kubernetes.NewForConfig(t.config)
	if err != nil {
		return err
	}
	if _, err = clients.AppsV1().Deployments(t.namespace).Create(ctx, deployment("any"), metav1.CreateOptions{}); err != nil {
		return err
	}
	cached := memory.NewMemCacheClient(clients.Discovery())
	scales, err := scale.NewForConfig(t.config, restmapper.NewDeferredDiscoveryRESTMapper(cached), dynamicPath, scale.NewDiscoveryScaleKindResolver(clients.Discovery()))
	if err != nil {
		return err
	}
	resource := schema.GroupResource{Group: "apps", Resource: "deployments"}
	replicas := int32(-1)
	// The controller writes too.
	err = retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		s, err := scales.Scales(t.namespace).Get(ctx, resource, "any", metav1.GetOptions{})
		if err != nil {
			return err
		}
		s.Spec.Replicas = 0
		after, err := scales.Scales(t.namespace).Update(ctx, resource, s, metav1.UpdateOptions{})
		if err == nil {
			replicas = after.Spec.Replicas
		}
		return err
	})
	return check.First(err, check.Equal("replicas", replicas, 0), clients.AppsV1().Deployments(t.namespace).Delete(ctx, "any", metav1.DeleteOptions{}))
}

func dynamicPath(gvk schema.GroupVersionKind) string {
	if gvk.Group == "" {
		return "/api"
	}
	return "/apis"
}

// Events that repeat are counted on one object, which the recorder patches.
func (t tools) events(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(t.config)
	if err != nil {
		return err
	}
	m, err := client.CoreV1().ConfigMaps(t.namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "eventful"}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: client.CoreV1().Events("")})
	defer broadcaster.Shutdown()
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "client-test"})
	for range 3 {
		recorder.Event(m, corev1.EventTypeNormal, "Tested", "again")
	}
	return check.Eventually(ctx, "an event counted three times", func() (bool, error) {
		list, err := client.CoreV1().Events(t.namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.uid=" + string(m.UID)})
		return err == nil && len(list.Items) == 1 && list.Items[0].Count == 3, err
	})
}

func (t tools) eviction(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(t.config)
	if err != nil {
		return err
	}
	pods := client.CoreV1().Pods(t.namespace)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "evicted"}, Spec: deployment("x").Spec.Template.Spec}
	if _, err = pods.Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	err = check.Eventually(ctx, "a running pod", func() (bool, error) {
		p, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		return err == nil && p.Status.Phase == corev1.PodRunning, err
	})
	if err != nil {
		return err
	}
	if err = pods.EvictV1(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name}}); err != nil {
		return err
	}
	return check.Eventually(ctx, "a pod that is gone", func() (bool, error) {
		_, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}
