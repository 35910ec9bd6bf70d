package main

import (
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// judgeTokens tells of each token whether it holds, and if not, why, as a relying party in Go would find.
func judgeTokens([]string) error {
	var question struct {
		Keys             jose.JSONWebKeySet
		Audience, Issuer string
		Tokens           []string
	}
	if err := given(&question); err != nil {
		return err
	}
	expected := jwt.Expected{AnyAudience: jwt.Audience{question.Audience}, Issuer: question.Issuer}
	for _, token := range question.Tokens {
		claims, err := checkToken(token, question.Keys, expected)
		if err != nil {
			emit(map[string]any{"refused": err.Error()})
		} else {
			emit(map[string]any{"subject": claims.Subject})
		}
	}
	return nil
}

func checkToken(token string, keys jose.JSONWebKeySet, expected jwt.Expected) (claims jwt.Claims, err error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return claims, err
	}
	if err = parsed.Claims(keys, &claims); err != nil {
		return claims, err
	}
	expected.Time = time.Now()
	return claims, claims.ValidateWithLeeway(expected, 0)
}
