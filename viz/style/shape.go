package style

// Point is a place in a marker of radius 1; y points down.
type Point struct{ X, Y float64 }

// Shape is what a marker is made of: convex outlines, none for a disc.
func (m Marker) Shape() [][]Point { return shapes[m] }

// DiscRadius is that of a disc, beside the outlines of the others.
const DiscRadius = 0.9

var shapes = map[Marker][][]Point{
	Square:   {rect(0.85, 0.85)},
	Triangle: {{{0, -1.1}, {1, 0.8}, {-1, 0.8}}},
	Diamond:  {{{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}}},
	Wedge:    {{{0, 1.1}, {-1, -0.8}, {1, -0.8}}},
	Cross:    {rect(1.1, 0.35), rect(0.35, 1.1)},
	Pillar:   {rect(0.5, 1.2)},
	Beam:     {rect(1.2, 0.5)},
}

// rect is a rectangle around the middle.
func rect(x, y float64) []Point { return []Point{{-x, -y}, {x, -y}, {x, y}, {-x, y}} }
