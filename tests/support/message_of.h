// An error's message.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace firesweep::tests {

/// The message of the exception that `call` throws; "no error" if it throws none.
template <typename Call>
std::string message_of(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace firesweep::tests
