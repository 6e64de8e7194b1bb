using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Raft;

/// <summary>The logger of everything that is about a node in its host, rather than of the node itself.</summary>
internal static class HostLogging
{
    public static ILogger Of(IServiceProvider provider) =>
        (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger(RaftDiagnostics.HostingLogCategory);
}
