// Uses the Go client that oapi-codegen made of the document as it is served.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"kubernest.test/generated/k8s"
)

func main() {
	if err := list(context.Background()); err != nil {
		fmt.Printf("not ok list: %s\n", err)
		os.Exit(1)
	}
	fmt.Println("ok list")
}

func list(ctx context.Context) error {
	text, err := os.ReadFile("connection.json")
	if err != nil {
		return err
	}
	var c struct{ Host, CA, Cert, Key string }
	if err = json.Unmarshal(text, &c); err != nil {
		return err
	}
	ca, err := os.ReadFile(c.CA)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	client, err := k8s.NewClientWithResponses(c.Host, k8s.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return err
	}
	limit := 1
	answer, err := client.ListCoreV1NodeWithResponse(ctx, &k8s.ListCoreV1NodeParams{Limit: &limit})
	if err != nil {
		return err
	}
	if answer.JSON200 == nil || len(answer.JSON200.Items) != 1 || answer.JSON200.Items[0].Status.NodeInfo.Architecture == "" {
		return fmt.Errorf("%s: %s", answer.Status(), answer.Body)
	}
	return nil
}
