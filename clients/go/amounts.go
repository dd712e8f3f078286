package asyncgate

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"strings"
)

// Amounts of what is spent, by unit, as decimal texts, so that nothing rounds them: {"usd": "0.12", "tokens": "1800"}.
type Amounts map[string]string

const amountDecimals = 9

var amountShape = regexp.MustCompile(`^(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$`)

func (a Amounts) check() error {
	for unit, amount := range a {
		if !amountShape.MatchString(amount) {
			return fmt.Errorf("%q %s is no amount: at most 18 digits, and 9 behind a point", amount, unit)
		}
	}
	return nil
}

// plus adds as whole billionths, as the server does.
func (a Amounts) plus(other Amounts) Amounts {
	sum := maps.Clone(a)
	if sum == nil {
		sum = Amounts{}
	}
	for unit, amount := range other {
		sum[unit] = formatAmount(new(big.Int).Add(billionths(sum[unit]), billionths(amount)))
	}
	return sum
}

func billionths(amount string) *big.Int {
	whole, fraction, _ := strings.Cut(amount, ".")
	fraction += strings.Repeat("0", amountDecimals-len(fraction))
	number, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return new(big.Int)
	}
	return number
}

func formatAmount(number *big.Int) string {
	digits := fmt.Sprintf("%0*s", amountDecimals+1, number.String())
	whole, fraction := digits[:len(digits)-amountDecimals], digits[len(digits)-amountDecimals:]
	if fraction = strings.TrimRight(fraction, "0"); fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
