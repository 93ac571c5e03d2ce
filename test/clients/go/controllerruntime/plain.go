package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"kubernest.test/clients/check"
)

// plain uses the client that reads from the server.
type plain struct{}

func (p plain) run(s *check.Steps) {
	c, err := client.NewWithWatch(s.Config, client.Options{Scheme: scheme.Scheme})
	step := func(name string, do func(context.Context, client.WithWatch, string) error) {
		s.Run(name, func(ctx context.Context) error {
			if err != nil {
				return err
			}
			return do(ctx, c, s.Namespace)
		})
	}
	step("create", p.create)
	step("get", p.get)
	step("list", p.list)
	step("watch", p.watch)
	step("patch", p.patch)
	step("conflict", p.conflict)
	step("subresources", p.subresources)
	step("delete", p.delete)
}

func configMap(ns, name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name, Labels: map[string]string{"by": "plain"}}, Data: map[string]string{"a": "1"}}
}

func deployment(ns, name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Spec: appsv1.DeploymentSpec{
		Replicas: ptr.To[int32](1),
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "nginx"}}}},
	}}
}

func (plain) create(ctx context.Context, c client.WithWatch, ns string) error {
	m := configMap(ns, "one")
	if err := c.Create(ctx, m, client.FieldOwner("plain"), client.FieldValidation("Strict")); err != nil {
		return err
	}
	result, err := controllerutil.CreateOrUpdate(ctx, c, configMap(ns, "one"), func() error { return nil })
	if err != nil {
		return err
	}
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "Secret"})
	u.SetNamespace(ns)
	u.SetGenerateName("made-")
	return check.First(
		check.Equal("manager", m.ManagedFields[0].Manager, "plain"),
		check.Equal("create or update", result, controllerutil.OperationResultNone),
		c.Create(ctx, u, client.DryRunAll),
		c.Create(ctx, u),
		check.Equal("again", apierrors.IsAlreadyExists(c.Create(ctx, configMap(ns, "one"))), true),
	)
}

func (plain) get(ctx context.Context, c client.WithWatch, ns string) error {
	var m corev1.ConfigMap
	partial := metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}}
	key := client.ObjectKey{Namespace: ns, Name: "one"}
	return check.First(
		c.Get(ctx, key, &m),
		c.Get(ctx, key, &partial),
		check.Equal("data", m.Data["a"], "1"),
		check.Equal("labels", partial.Labels["by"], "plain"),
		client.IgnoreNotFound(c.Get(ctx, client.ObjectKey{Namespace: ns, Name: "none"}, &m)),
	)
}

func (plain) list(ctx context.Context, c client.WithWatch, ns string) error {
	for i := range 6 {
		if err := c.Create(ctx, configMap(ns, fmt.Sprintf("page-%d", i))); err != nil {
			return err
		}
	}
	names, pages, token := "", 0, ""
	for first := true; first || token != ""; first = false {
		var page corev1.ConfigMapList
		if err := c.List(ctx, &page, client.InNamespace(ns), client.MatchingLabels{"by": "plain"}, client.Limit(3), client.Continue(token)); err != nil {
			return err
		}
		pages++
		for _, m := range page.Items {
			names += m.Name + " "
		}
		token = page.Continue
	}
	return check.First(check.Equal("pages", pages, 3), check.Equal("names", names, "one page-0 page-1 page-2 page-3 page-4 page-5 "))
}

func (plain) watch(ctx context.Context, c client.WithWatch, ns string) error {
	var list corev1.ConfigMapList
	if err := c.List(ctx, &list, client.InNamespace(ns)); err != nil {
		return err
	}
	w, err := watchtools.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return c.Watch(ctx, &corev1.ConfigMapList{}, client.InNamespace(ns), &client.ListOptions{Raw: &o})
		},
	})
	if err != nil {
		return err
	}
	defer w.Stop()
	for i := range 3 {
		if err := check.CutConnections(); err != nil {
			return err
		}
		name := fmt.Sprintf("watched-%d", i)
		if err := retry.OnError(retry.DefaultBackoff, func(error) bool { return true }, func() error { return c.Create(ctx, configMap(ns, name)) }); err != nil {
			return err
		}
		select {
		case e := <-w.ResultChan():
			if m, ok := e.Object.(*corev1.ConfigMap); !ok || e.Type != watch.Added || m.Name != name {
				return fmt.Errorf("an event %s with %#v instead of %s", e.Type, e.Object, name)
			}
		case <-ctx.Done():
			return fmt.Errorf("no event of %s", name)
		}
	}
	return nil
}

func (plain) patch(ctx context.Context, c client.WithWatch, ns string) error {
	m := configMap(ns, "one")
	if err := c.Get(ctx, client.ObjectKeyFromObject(m), m); err != nil {
		return err
	}
	before := m.DeepCopy()
	m.Data["merge"] = "y"
	if err := c.Patch(ctx, m, client.MergeFrom(before)); err != nil {
		return err
	}
	before = m.DeepCopy()
	m.Data["strategic"] = "y"
	if err := c.Patch(ctx, m, client.StrategicMergeFrom(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	locked := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	stale := m.DeepCopy()
	stale.Data["never"] = "y"
	conflict := c.Patch(ctx, stale, locked)
	if err := c.Patch(ctx, m, client.RawPatch(types.JSONPatchType, []byte(`[{"op":"remove","path":"/data/a"}]`))); err != nil {
		return err
	}
	err := c.Apply(ctx, coreac.ConfigMap("one", ns).WithData(map[string]string{"applied": "y"}), client.FieldOwner("applier"), client.ForceOwnership)
	if err != nil {
		return err
	}
	return check.First(
		c.Get(ctx, client.ObjectKeyFromObject(m), m),
		check.Equal("an old version", apierrors.IsConflict(conflict), true),
		check.Equal("data", fmt.Sprint(m.Data), "map[applied:y merge:y strategic:y]"),
	)
}

func (plain) conflict(ctx context.Context, c client.WithWatch, ns string) error {
	old := configMap(ns, "one")
	if err := c.Get(ctx, client.ObjectKeyFromObject(old), old); err != nil {
		return err
	}
	fresh := old.DeepCopy()
	fresh.Data["x"] = "1"
	if err := c.Update(ctx, fresh); err != nil {
		return err
	}
	old.Data["y"] = "2"
	if err := c.Update(ctx, old); !apierrors.IsConflict(err) {
		return fmt.Errorf("an update of an old version: %v", err)
	}
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		m := configMap(ns, "one")
		if err := c.Get(ctx, client.ObjectKeyFromObject(m), m); err != nil {
			return err
		}
		m.Data["y"] = "2"
		return c.Update(ctx, m)
	})
}

func (plain) subresources(ctx context.Context, c client.WithWatch, ns string) error {
	d := deployment(ns, "plain")
	d.Spec.Paused = true
	if err := c.Create(ctx, d); err != nil {
		return err
	}
	scale := &autoscalingv1.Scale{}
	if err := c.SubResource("scale").Get(ctx, d, scale); err != nil {
		return err
	}
	patch := []byte(`{"status":{"conditions":[{"type":"Seen","status":"True"}]},"spec":{"replicas":9}}`)
	if err := c.Status().Patch(ctx, d, client.RawPatch(types.MergePatchType, patch)); err != nil {
		return err
	}
	return check.First(check.Equal("scale", scale.Spec.Replicas, 1), check.Equal("spec stays", *d.Spec.Replicas, 1), check.Equal("status", d.Status.Conditions[0].Type, "Seen"))
}

func (plain) delete(ctx context.Context, c client.WithWatch, ns string) error {
	m := configMap(ns, "held")
	m.Finalizers = []string{"example.com/hold"}
	if err := c.Create(ctx, m); err != nil {
		return err
	}
	if err := c.Delete(ctx, m, client.Preconditions{UID: &m.UID}); err != nil {
		return err
	}
	if err := check.First(c.Get(ctx, client.ObjectKeyFromObject(m), m), check.Equal("waits for its finalizer", m.DeletionTimestamp != nil, true)); err != nil {
		return err
	}
	controllerutil.RemoveFinalizer(m, "example.com/hold")
	if err := c.Update(ctx, m); err != nil {
		return err
	}
	if err := c.Delete(ctx, deployment(ns, "plain"), client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
		return err
	}
	if err := c.DeleteAllOf(ctx, &corev1.ConfigMap{}, client.InNamespace(ns), client.MatchingLabels{"by": "plain"}); err != nil {
		return err
	}
	return check.Eventually(ctx, "everything gone", func() (bool, error) {
		var maps corev1.ConfigMapList
		var pods corev1.PodList
		err := c.List(ctx, &maps, client.InNamespace(ns), client.MatchingLabels{"by": "plain"})
		if err == nil {
			err = c.List(ctx, &pods, client.InNamespace(ns))
		}
		return len(maps.Items) == 0 && len(pods.Items) == 0 && apierrors.IsNotFound(c.Get(ctx, client.ObjectKey{Namespace: ns, Name: "plain"}, &appsv1.Deployment{})), err
	})
}
