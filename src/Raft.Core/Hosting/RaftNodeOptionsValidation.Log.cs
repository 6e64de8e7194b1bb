using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md.</content>
internal sealed partial class RaftNodeOptionsValidation
{
    [LoggerMessage(203, LogLevel.Critical, "The Raft node with the options {Section} cannot start: {Failures}", EventName = "OptionsRefused")]
    private partial void LogOptionsRefused(string section, string failures);

    [LoggerMessage(204, LogLevel.Warning, "{Key} in the configuration is neither an option of a Raft node nor the name of one: is it misspelt?", EventName = "UnknownKey")]
    private partial void LogUnknownKey(string key);
}
