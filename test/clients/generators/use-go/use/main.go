// Uses the Go client that openapi-generator made: its types refuse answers that lack what the document requires.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"

	k8s "kubernest.test/generated"
)

func main() {
	failed := false
	step := func(name string, do func() error) {
		if err := do(); err != nil {
			failed = true
			fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " | "))
			return
		}
		fmt.Printf("ok %s\n", name)
	}
	client, err := connect()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, ns := context.Background(), os.Getenv("CLIENT_NAMESPACE")
	step("create", func() error {
		m := k8s.NewIoK8sApiCoreV1ConfigMap()
		meta := k8s.NewIoK8sApimachineryPkgApisMetaV1ObjectMeta()
		meta.SetName("made")
		m.SetMetadata(*meta)
		m.SetData(map[string]string{"k": "v"})
		made, _, err := client.CoreV1API.CreateCoreV1NamespacedConfigMap(ctx, ns).IoK8sApiCoreV1ConfigMap(*m).Execute()
		if err == nil && (*made.Data)["k"] != "v" {
			err = fmt.Errorf("the data are %v", made.Data)
		}
		return err
	})
	step("list", func() error { return lists(ctx, client) })
	step("delete", func() error {
		status, _, err := client.CoreV1API.DeleteCoreV1NamespacedConfigMap(ctx, "made", ns).Execute()
		if err == nil && *status.Status != "Success" {
			err = fmt.Errorf("the status is %s", *status.Status)
		}
		return err
	})
	if failed {
		os.Exit(1)
	}
}

// lists calls every list of every resource in all namespaces.
func lists(ctx context.Context, client *k8s.APIClient) error {
	count := 0
	all := reflect.ValueOf(client).Elem()
	for i := range all.NumField() {
		if !strings.HasSuffix(all.Type().Field(i).Name, "API") {
			continue
		}
		api := all.Field(i)
		for j := range api.NumMethod() {
			name := api.Type().Method(j).Name
			if !strings.HasPrefix(name, "List") || strings.HasSuffix(name, "Execute") || api.Method(j).Type().NumIn() != 1 {
				continue
			}
			request := api.Method(j).Call([]reflect.Value{reflect.ValueOf(ctx)})[0]
			out := request.MethodByName("Execute").Call(nil)
			if err, _ := out[2].Interface().(error); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			count += out[0].Elem().FieldByName("Items").Len()
		}
	}
	if count < 200 {
		return fmt.Errorf("only %d objects listed", count)
	}
	return nil
}

func connect() (*k8s.APIClient, error) {
	text, err := os.ReadFile("connection.json")
	if err != nil {
		return nil, err
	}
	var c struct{ Host, CA, Cert, Key string }
	if err = json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(c.CA)
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	config := k8s.NewConfiguration()
	config.Servers = k8s.ServerConfigurations{{URL: c.Host}}
	config.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}}
	return k8s.NewAPIClient(config), nil
}
