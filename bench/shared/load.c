// Sends prepared UDP requests and times their answers: as fast as a window of open requests allows, or at a fixed rate.
// It knows of RADIUS only that octet 0 is a code and octet 1 an identifier; answers are checked whole by who started it, from
// samples. In C because a generator in Node takes as much of the two cores as the servers it is to measure.
//
//   load HOST PORT PACKETS SAMPLES window|rate NUMBER EXPECTED-CODE WARM-UP-MS MEASURED-MS again|once FROM
//
// PACKETS: u32 lanes, u32 packets a lane, then lane by lane u16 length and octets (little-endian). Each lane is a socket of its
// own. `again` begins anew at the end, `once` stops there; FROM is the first packet of each lane. Prints a line "warm" when
// measuring begins, and at the end one line of JSON: counts, seconds, microseconds of percentiles, and where to go on.
// SAMPLES: for every 64th answer u32 lane, u32 packet, u16 length and octets.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { batch = 32, identifiers = 256, longest = 4096, sampleEvery = 64, maxSamples = 4096, buckets = 2000000 };
static const int64_t lostAfter = 1000000000; // ns

struct packet { uint16_t length; uint8_t *octets; };
struct slot { int64_t since; uint32_t packet; int open; };
struct lane { int socket; uint32_t next; struct slot slots[identifiers]; struct packet *packets; };

static struct lane *lanes;
static uint32_t laneCount, perLane;
static int expected, once, measuring, stopped;
static uint64_t answered, counted, bad, lost, open, seen, samples, strays;
static uint32_t *histogram;
static FILE *sampleFile;
static uint8_t received[batch][longest];

static void die(const char *what) { perror(what); exit(1); }

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void readOrDie(void *to, size_t length, FILE *file) {
  if (length > 0 && fread(to, length, 1, file) != 1) die("packets");
}

static void readPackets(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) die(path);
  readOrDie(&laneCount, 4, file);
  readOrDie(&perLane, 4, file);
  lanes = calloc(laneCount, sizeof *lanes);
  for (uint32_t l = 0; l < laneCount; l++) {
    lanes[l].packets = malloc(perLane * sizeof(struct packet));
    for (uint32_t p = 0; p < perLane; p++) {
      struct packet *packet = &lanes[l].packets[p];
      readOrDie(&packet->length, 2, file);
      packet->octets = malloc(packet->length);
      readOrDie(packet->octets, packet->length, file);
    }
  }
  fclose(file);
}

static void connectLanes(const char *host, int port, uint32_t from) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) die(host);
  int room = 4 << 20;
  for (uint32_t l = 0; l < laneCount; l++) {
    struct lane *lane = &lanes[l];
    lane->next = from;
    lane->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    setsockopt(lane->socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(lane->socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (connect(lane->socket, (struct sockaddr *)&to, sizeof to) != 0) die("connect");
  }
}

/** Takes the next packet of a lane into `message`; 0 when there is none. */
static int take(struct lane *lane, struct iovec *io, int64_t since) {
  if (lane->next == perLane) {
    if (once) return 0;
    lane->next = 0;
  }
  uint32_t at = lane->next++;
  struct packet *packet = &lane->packets[at];
  struct slot *slot = &lane->slots[packet->octets[1]];
  if (slot->open) { lost++; open--; }
  *slot = (struct slot){.since = since, .packet = at, .open = 1};
  open++;
  *io = (struct iovec){.iov_base = packet->octets, .iov_len = packet->length};
  return 1;
}

/** Sends up to `count` more on a lane. */
static void sendMore(struct lane *lane, int count, int64_t since) {
  struct iovec io[batch];
  struct mmsghdr messages[batch];
  while (count > 0) {
    int taken = 0;
    while (taken < count && taken < batch && take(lane, &io[taken], since)) taken++;
    if (taken == 0) return;
    memset(messages, 0, sizeof messages[0] * (size_t)taken);
    for (int m = 0; m < taken; m++) messages[m].msg_hdr = (struct msghdr){.msg_iov = &io[m], .msg_iovlen = 1};
    for (int sent = 0; sent < taken;) {
      int done = sendmmsg(lane->socket, messages + sent, (unsigned)(taken - sent), 0);
      if (done > 0) sent += done;
      else { struct pollfd wait = {.fd = lane->socket, .events = POLLOUT}; poll(&wait, 1, 1); }
    }
    count -= taken;
  }
}

static void sample(uint32_t l, uint32_t packet, const uint8_t *octets, uint16_t length) {
  if (!measuring || seen++ % sampleEvery != 0 || samples >= maxSamples) return;
  samples++;
  fwrite(&l, 4, 1, sampleFile);
  fwrite(&packet, 4, 1, sampleFile);
  fwrite(&length, 2, 1, sampleFile);
  fwrite(octets, length, 1, sampleFile);
}

static int settle(uint32_t l, const uint8_t *octets, uint16_t length, int64_t at) {
  struct slot *slot = &lanes[l].slots[octets[1]];
  if (length < 20 || !slot->open) { strays++; return 0; }
  slot->open = 0;
  open--;
  if (!measuring) return 1;
  answered++;
  if (octets[0] != expected) bad++;
  int64_t micros = (at - slot->since) / 1000;
  histogram[micros < 0 ? 0 : micros >= buckets ? buckets - 1 : micros]++;
  sample(l, slot->packet, octets, length);
  return 1;
}

/** Reads what has come on a lane; returns how many of its requests were answered. */
static int receive(uint32_t l) {
  struct iovec io[batch];
  struct mmsghdr messages[batch];
  memset(messages, 0, sizeof messages);
  for (int m = 0; m < batch; m++) {
    io[m] = (struct iovec){.iov_base = received[m], .iov_len = longest};
    messages[m].msg_hdr = (struct msghdr){.msg_iov = &io[m], .msg_iovlen = 1};
  }
  int count = recvmmsg(lanes[l].socket, messages, batch, MSG_DONTWAIT, NULL);
  int64_t at = now();
  int settled = 0;
  for (int m = 0; m < count; m++) settled += settle(l, received[m], (uint16_t)messages[m].msg_len, at);
  return settled;
}

/** Gives up on what is overdue; returns how many of a lane. */
static int giveUp(struct lane *lane, int64_t at) {
  int given = 0;
  for (int i = 0; i < identifiers; i++) {
    if (!lane->slots[i].open || at - lane->slots[i].since < lostAfter) continue;
    lane->slots[i].open = 0;
    open--;
    lost++;
    given++;
  }
  return given;
}

static double percentile(double share) {
  uint64_t rank = (uint64_t)((double)answered * share), sum = 0;
  for (int64_t micros = 0; micros < buckets; micros++) {
    sum += histogram[micros];
    if (sum > rank) return (double)micros;
  }
  return buckets;
}

/** Whether no lane has a packet left. */
static int exhausted(void) {
  for (uint32_t l = 0; l < laneCount; l++) if (lanes[l].next < perLane) return 0;
  return 1;
}

static void warm(void) {
  measuring = 1;
  lost = 0;
  puts("warm");
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 12) { fputs("load: wrong number of arguments\n", stderr); return 64; }
  prctl(PR_SET_TIMERSLACK, 1);
  histogram = calloc(buckets, sizeof *histogram);
  readPackets(argv[3]);
  sampleFile = fopen(argv[4], "wb");
  if (sampleFile == NULL) die(argv[4]);
  int paced = strcmp(argv[5], "rate") == 0;
  int64_t number = atoll(argv[6]), warmUp = atoll(argv[8]) * 1000000, measured = atoll(argv[9]) * 1000000;
  expected = atoi(argv[7]);
  once = strcmp(argv[10], "once") == 0;
  connectLanes(argv[1], atoi(argv[2]), (uint32_t)atoll(argv[11]));

  struct pollfd *polled = calloc(laneCount, sizeof *polled);
  for (uint32_t l = 0; l < laneCount; l++) polled[l] = (struct pollfd){.fd = lanes[l].socket, .events = POLLIN};
  int64_t began = now(), warmAt = began + warmUp, ended = 0, swept = began, gap = paced ? 1000000000 / number : 0;
  int64_t due = began;
  uint32_t turn = 0;
  if (warmUp == 0) warm();
  if (!paced) for (uint32_t l = 0; l < laneCount; l++) sendMore(&lanes[l], (int)(number / laneCount), began);

  for (;;) {
    int64_t at = now();
    if (!measuring && at >= warmAt) { warm(); warmAt = at; }
    if (!stopped && measuring && at >= warmAt + measured) stopped = 1;
    if (paced && !stopped) for (; due <= at; due += gap) sendMore(&lanes[turn++ % laneCount], 1, due);
    if (once && open == 0 && exhausted()) stopped = 1;
    if (stopped && ended == 0) { ended = at; counted = answered; }
    if (stopped && open == 0) break;
    if (at - swept > 50000000) {
      swept = at;
      for (uint32_t l = 0; l < laneCount; l++) {
        int given = giveUp(&lanes[l], at);
        if (!paced && !stopped) sendMore(&lanes[l], given, at);
      }
    }
    int64_t wait = paced && !stopped ? due - now() : 10000000;
    struct timespec timeout = {.tv_sec = 0, .tv_nsec = wait < 0 ? 0 : wait};
    if (ppoll(polled, laneCount, &timeout, NULL) <= 0) continue;
    for (uint32_t l = 0; l < laneCount; l++) {
      if ((polled[l].revents & (POLLIN | POLLERR)) == 0) continue;
      int settled = receive(l);
      if (!paced && !stopped) sendMore(&lanes[l], settled, now());
    }
  }
  printf("{\"answered\":%lu,\"counted\":%lu,\"bad\":%lu,\"lost\":%lu,\"strays\":%lu,\"seconds\":%.6f,", answered, counted, bad, lost, strays,
         (double)(ended - warmAt) / 1e9);
  printf("\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f,\"next\":%u}\n", percentile(0.5), percentile(0.99), percentile(0.999),
         lanes[0].next);
  fclose(sampleFile);
  return 0;
}
