"""The 2-D laboratory: two small networks in the plane, what is measured of them, and the widget."""
