package main

import (
	"sort"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

// What certificates in general must be. The browser forum's and the browsers' own rules are for public certificates.
var sources = lint.SourceList{
	lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC6960, lint.RFC6962, lint.RFC8813, lint.Community,
}

type linted struct {
	Name   string   `json:"name"`
	Ran    int      `json:"ran"`
	Errors []string `json:"errors"`
	Others []string `json:"others"`
}

// lintAll runs every lint of those sources on every certificate and CRL (DER) that it is given by name.
func lintAll([]string) error {
	var files struct{ Certificates, Lists map[string][]byte }
	if err := given(&files); err != nil {
		return err
	}
	registry, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: sources})
	if err != nil {
		return err
	}
	for name, der := range files.Certificates {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		tell(name, zlint.LintCertificateEx(certificate, registry))
	}
	for name, der := range files.Lists {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return err
		}
		tell(name, zlint.LintRevocationListEx(list, registry))
	}
	return nil
}

func tell(name string, results *zlint.ResultSet) {
	told := linted{Name: name, Errors: []string{}, Others: []string{}}
	for lintName, result := range results.Results {
		switch {
		case result.Status >= lint.Error:
			told.Errors = append(told.Errors, lintName+": "+result.Details)
		case result.Status > lint.Pass:
			told.Others = append(told.Others, result.Status.String()+" "+lintName+": "+result.Details)
		}
		if result.Status >= lint.Pass {
			told.Ran++
		}
	}
	sort.Strings(told.Errors)
	sort.Strings(told.Others)
	emit(told)
}
