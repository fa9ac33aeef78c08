/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CNI plug-in of labctl: forwards environment and standard input to the node's agent as
 * POST /cni over its unix socket, and prints the agent's reply. It knows nothing of networks.
 *
 * Socket: key "agentSocket" of the network configuration, else LABCTL_AGENT_SOCKET.
 * Exit code 0 with the agent's result, 1 with a CNI error. Built static: it runs in any image.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 60, MAX_INPUT = 1 << 20 };
/* Of ADD for an agent that is not there yet: a node that boots has pods before it has its agent. */
enum { PATIENCE_MS = 30000, PAUSE_MS = 100 };
enum { CODE_IO = 5, CODE_CONFIG = 7, CODE_TRY_LATER = 11 };

struct text {
	char *at;
	size_t size, room;
};

static const char *const forwarded[] = {
	"CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH",
};

/* Ends with a CNI error on stdout. The message is ours: it needs no escapes but for the detail. */
static void fail(int code, const char *message, const char *detail)
{
	printf("{\"cniVersion\":\"1.1.0\",\"code\":%d,\"msg\":\"%s\",\"details\":\"", code, message);
	for (; *detail; detail++)
		if (*detail != '"' && *detail != '\\' && (unsigned char)*detail >= ' ')
			putchar(*detail);
	printf("\"}\n");
	exit(1);
}

static void append(struct text *text, const char *bytes, size_t size)
{
	if (text->size + size + 1 > text->room) {
		text->room = (text->size + size + 1) * 2;
		text->at = realloc(text->at, text->room);
		if (!text->at)
			fail(CODE_IO, "out of memory", "");
	}
	memcpy(text->at + text->size, bytes, size);
	text->size += size;
	text->at[text->size] = '\0';
}

static void append_text(struct text *text, const char *string)
{
	append(text, string, strlen(string));
}

static void append_json(struct text *text, const char *bytes, size_t size)
{
	char escape[8];

	append_text(text, "\"");
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '"' || c == '\\' || c < ' ') {
			snprintf(escape, sizeof(escape), "\\u%04x", c);
			append_text(text, escape);
		} else {
			append(text, bytes + i, 1);
		}
	}
	append_text(text, "\"");
}

static void read_all(int fd, struct text *text, size_t limit)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail(errno == EAGAIN ? CODE_TRY_LATER : CODE_IO, "no full answer", strerror(errno));
		if (text->size + (size_t)got > limit)
			fail(CODE_IO, "too much input", "");
		append(text, chunk, (size_t)got);
	}
}

static void write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t done = send(fd, bytes, size, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			fail(CODE_TRY_LATER, "the agent of the node went away", strerror(errno));
		bytes += done;
		size -= (size_t)done;
	}
}

/* Copies the value of a string key of the configuration. Paths of sockets need no escapes. */
static int string_of(const char *json, const char *key, char *value, size_t room)
{
	const char *at = strstr(json, key);
	size_t length;

	if (!at)
		return 0;
	at += strlen(key);
	at += strspn(at, " \t\r\n");
	if (*at++ != ':')
		return 0;
	at += strspn(at, " \t\r\n");
	if (*at++ != '"')
		return 0;
	length = strcspn(at, "\"\\");
	if (at[length] != '"' || length == 0 || length >= room)
		fail(CODE_CONFIG, "agentSocket is no socket path", "");
	memcpy(value, at, length);
	value[length] = '\0';
	return 1;
}

static int connect_agent(const char *config, int patience_ms)
{
	struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = LIMIT_SECONDS };
	const char *fallback = getenv("LABCTL_AGENT_SOCKET");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!string_of(config, "\"agentSocket\"", address.sun_path, sizeof(address.sun_path))) {
		if (!fallback || strlen(fallback) >= sizeof(address.sun_path))
			fail(CODE_CONFIG, "the network configuration has no agentSocket", "");
		strcpy(address.sun_path, fallback);
	}
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		fail(CODE_IO, "no socket", strerror(errno));
	for (int waited = 0; connect(fd, (struct sockaddr *)&address, sizeof(address)); waited += PAUSE_MS) {
		if (waited >= patience_ms || (errno != ENOENT && errno != ECONNREFUSED))
			fail(CODE_TRY_LATER, "the agent of the node does not answer", address.sun_path);
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* Sends the call and leaves the agent's body in `reply`; 1 when the status is 200. */
static int ask(int fd, const struct text *config, struct text *reply)
{
	struct text body = { 0 }, head = { 0 };
	char line[128];
	const char *value, *start;

	append_text(&body, "{\"env\":{");
	for (size_t i = 0, some = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++) {
		value = getenv(forwarded[i]);
		if (!value)
			continue;
		append_text(&body, some++ ? "," : "");
		append_json(&body, forwarded[i], strlen(forwarded[i]));
		append_text(&body, ":");
		append_json(&body, value, strlen(value));
	}
	append_text(&body, "},\"stdin\":");
	append_json(&body, config->at, config->size);
	append_text(&body, "}");

	/* HTTP/1.0: the answer ends where the connection does, without chunks. */
	snprintf(line, sizeof(line), "POST /cni HTTP/1.0\r\nContent-Length: %zu\r\n\r\n", body.size);
	append_text(&head, line);
	write_all(fd, head.at, head.size);
	write_all(fd, body.at, body.size);

	read_all(fd, reply, MAX_INPUT);
	start = strstr(reply->at, "\r\n\r\n");
	if (!start || strncmp(reply->at, "HTTP/1.", 7))
		fail(CODE_TRY_LATER, "the agent of the node went away", "no complete answer");
	fputs(start + 4, stdout);
	if (start[4])
		putchar('\n');
	return !strncmp(reply->at + 8, " 200 ", 5);
}

int main(void)
{
	struct text config = { 0 }, reply = { 0 };
	const char *command = getenv("CNI_COMMAND");
	int patience_ms;

	append_text(&config, "");
	append_text(&reply, "");
	if (command && !strcmp(command, "VERSION")) {
		puts("{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"0.4.0\",\"1.0.0\",\"1.1.0\"]}");
		return 0;
	}
	read_all(STDIN_FILENO, &config, MAX_INPUT);
	patience_ms = command && !strcmp(command, "ADD") ? PATIENCE_MS : 0;
	return ask(connect_agent(config.at, patience_ms), &config, &reply) ? 0 : 1;
}
