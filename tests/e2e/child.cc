#include "tests/e2e/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace cce::e2e {

Child::Child(const std::string& program, const std::vector<std::string>& arguments,
             const std::string& log, const std::vector<std::string>& environment) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::vector<std::string> variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int error =
      posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + program);
}

Child::~Child() {
  if (ended_) return;
  Signal(SIGKILL);
  Wait();
}

void Child::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

int Child::Wait() {
  if (ended_) return code_;
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code_;
}

int Child::WaitFor(int milliseconds) {
  if (ended_) return code_;
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
  const int ready = poll(&waiting, 1, milliseconds);
  close(descriptor);
  return ready > 0 ? Wait() : -1;
}

}  // namespace cce::e2e
