package compute

// scalarKernel is compiled Go without vectors: what remains where a build has none, and the peer that the others are measured against.
var scalarKernel = kernel{"scalar", "scalar, tiles of 1 x 4", 4, false, func(int) int { return 4 }, mulScalar}

func mulScalar(p *product) {
	a, aCol, ldb := p.a, p.aCol, p.ldb
	for j := 0; j < p.n; j += 4 {
		b := p.b[p.at(j):]
		for i := range p.m {
			var s0, s1, s2, s3 float32
			out := p.c[i*p.ldc+j : i*p.ldc+j+4]
			if p.acc {
				s0, s1, s2, s3 = out[0], out[1], out[2], out[3]
			}
			for x, ai, bi := 0, i*p.aRow, 0; x < p.k; x, ai, bi = x+1, ai+aCol, bi+ldb {
				v, row := a[ai], b[bi:bi+4]
				s0 += v * row[0]
				s1 += v * row[1]
				s2 += v * row[2]
				s3 += v * row[3]
			}
			out[0], out[1], out[2], out[3] = s0, s1, s2, s3
		}
	}
}
