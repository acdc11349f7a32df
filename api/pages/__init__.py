"""Pages of our own: plain HTML, CSS and JavaScript, drawn by the API's answers."""
