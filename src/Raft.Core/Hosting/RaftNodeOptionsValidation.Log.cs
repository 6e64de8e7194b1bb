using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md.</content>
internal sealed partial class RaftNodeOptionsValidation
{
    [LoggerMessage(204, LogLevel.Warning,
        "{Key} in the configuration is neither an option of a Raft node nor the name of one: check its spelling",
        EventName = "UnknownKey")]
    private static partial void LogUnknownKey(ILogger logger, string key);
}
