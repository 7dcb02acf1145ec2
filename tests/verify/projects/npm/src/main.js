const http = require('node:http');
const greeting = require('greeting');

const server = http.createServer((request, response) => {
  response.statusCode = request.url === '/health' ? 200 : 404;
  response.end(greeting('health'));
});
server.listen(8000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
