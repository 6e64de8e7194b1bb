using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md.</content>
internal sealed partial class RaftNodeOptionsValidation
{
    [LoggerMessage(203, LogLevel.Critical, "The Raft node with the options {Section} cannot start: {Failures}", EventName = "OptionsRefused")]
    private partial void LogOptionsRefused(string section, string failures);
}
