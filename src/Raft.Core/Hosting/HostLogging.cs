using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Raft;

/// <summary>The logger for hosting: what concerns a node in its host, rather than the node itself.</summary>
internal static class HostLogging
{
    public static ILogger Of(IServiceProvider provider) =>
        (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger(RaftDiagnostics.HostingLogCategory);

    /// <summary>Writes a message. A logging provider that throws must not affect the operation that is logged.</summary>
    public static void Write(Action write)
    {
        try
        {
            write();
        }
        // The failure cannot be reported: the log is what failed.
        catch (Exception)
        {
            // the next message is tried again
        }
    }
}
