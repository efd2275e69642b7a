package lecture

import (
	"fmt"
	"html/template"
)

// Work is one that a text cites.
type Work struct{ Short, Authors, Title, Where, Address string }

// Works are those that may be cited, by key.
var Works = map[string]Work{
	"sparkling": {"Yu et al. 2026", "Q. Yu, X. Ma, Z. Zhuo, M. Wang, D. Liu, S. Zhan, Y. Ma, L. Xiang, X. Bin, D. He",
		"SPARKLING: Balancing Signal Preservation and Symmetry Breaking for Width-Progressive Learning",
		"ICML 2026 (PMLR 306)", "https://arxiv.org/abs/2602.02472"},
	"net2net": {"Chen et al. 2015", "T. Chen, I. Goodfellow, J. Shlens",
		"Net2Net: Accelerating Learning via Knowledge Transfer", "", "https://arxiv.org/abs/1511.05641"},
	"staged": {"Shen et al. 2022", "S. Shen, P. Walsh, K. Keutzer, J. Dodge, M. Peters, I. Beltagy",
		"Staged Training for Transformer Language Models", "", "https://arxiv.org/abs/2203.06211"},
	"lemon": {"Wang et al. 2024", "Y. Wang, J. Su, H. Lu, C. Xie, T. Liu, J. Yuan, H. Lin, R. Sun, H. Yang",
		"LEMON: Lossless Model Expansion", "", "https://arxiv.org/abs/2310.07999"},
	"adam": {"Kingma and Ba 2014", "D. Kingma, J. Ba", "Adam: A Method for Stochastic Optimization", "",
		"https://arxiv.org/abs/1412.6980"},
	"adamw": {"Loshchilov and Hutter 2017", "I. Loshchilov, F. Hutter", "Decoupled Weight Decay Regularization", "",
		"https://arxiv.org/abs/1711.05101"},
	"compute": {"Kaplan et al. 2020", "J. Kaplan, S. McCandlish, T. Henighan, T. Brown, B. Chess, R. Child, S. Gray, " +
		"A. Radford, J. Wu, D. Amodei", "Scaling Laws for Neural Language Models", "",
		"https://arxiv.org/abs/2001.08361"},
	"experts": {"Shazeer et al. 2017", "N. Shazeer, A. Mirhoseini, K. Maziarz, A. Davis, Q. Le, G. Hinton, J. Dean",
		"Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer", "",
		"https://arxiv.org/abs/1701.06538"},
	"rmsnorm": {"Zhang and Sennrich 2019", "B. Zhang, R. Sennrich", "Root Mean Square Layer Normalization", "",
		"https://arxiv.org/abs/1910.07467"},
}

// Cite is a citation as package markup asks for it: authors and year, which lead to the work. It errs where there is no
// such work.
func Cite(key string) (template.HTML, error) {
	w, err := choose("work", key, Works)
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<a class="cite" href="%s">%s</a>`, template.HTMLEscapeString(w.Address),
		template.HTMLEscapeString(w.Short))), nil
}
