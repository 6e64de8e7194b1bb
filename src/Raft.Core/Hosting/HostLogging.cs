using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Raft;

/// <summary>The logger of everything that is about a node in its host, rather than of the node itself.</summary>
internal static class HostLogging
{
    public static ILogger Of(IServiceProvider provider) =>
        (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger(RaftDiagnostics.HostingLogCategory);

    /// <summary>Writes a message. A provider that throws must change nothing of what the message is about.</summary>
    public static void Write(Action write)
    {
        try
        {
            write();
        }
        // The log is where it would have been told.
        catch (Exception)
        {
            // the next message may fare better
        }
    }
}
