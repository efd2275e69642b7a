package compute

// scalarKernel is compiled Go without vectors: what remains where a build has none, and the peer that the others are
// measured against.
var scalarKernel = kernel{"scalar", "scalar, tiles of 2 x 4", 4, false, func(int) int { return 4 }, mulScalar}

func mulScalar(p *product) {
	for j := 0; j < p.n; j += 4 {
		b := p.b[p.at(j):]
		for i := 0; i < p.m; i += 2 {
			// Of an odd number of rows the last is computed twice.
			i1 := min(i+1, p.m-1)
			scalar2x4(p, p.c[i*p.ldc+j:][:4], p.c[i1*p.ldc+j:][:4], p.a[i*p.aRow:], p.a[i1*p.aRow:], b)
		}
	}
}

// scalar2x4 computes four columns of two rows.
func scalar2x4(p *product, c0, c1, a0, a1, b []float32) {
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	if p.acc {
		s00, s01, s02, s03 = c0[0], c0[1], c0[2], c0[3]
		s10, s11, s12, s13 = c1[0], c1[1], c1[2], c1[3]
	}
	aCol, ldb := p.aCol, p.ldb
	for x, ai, bi := p.k, 0, 0; x > 0; x, ai, bi = x-1, ai+aCol, bi+ldb {
		row := b[bi : bi+4 : bi+4]
		b0, b1, b2, b3 := row[0], row[1], row[2], row[3]
		v := a0[ai]
		s00, s01, s02, s03 = s00+v*b0, s01+v*b1, s02+v*b2, s03+v*b3
		v = a1[ai]
		s10, s11, s12, s13 = s10+v*b0, s11+v*b1, s12+v*b2, s13+v*b3
	}
	c0[0], c0[1], c0[2], c0[3] = s00, s01, s02, s03
	c1[0], c1[1], c1[2], c1[3] = s10, s11, s12, s13
}
