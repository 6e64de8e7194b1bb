using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Raft.Transport.Tcp;

namespace Raft;

/// <summary>Connects the nodes of a host over TCP.</summary>
public static class TcpBuilderExtensions
{
    /// <summary>
    /// Connects the node to the others over TCP. It listens at its own address in <see cref="RaftNodeOptions.Members"/>, and connects
    /// to the others at theirs. The nodes of a host share their listeners, connections and options.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="configure">
    /// Changes the options after they were bound from the configuration section <c>Raft:Tcp</c>. It applies to all nodes of the host.
    /// </param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseTcpTransport(this IRaftNodeBuilder builder, Action<TcpTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<TcpTransportOptions>, TcpOptionsBinding>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        string optionsName = builder.Name ?? Options.DefaultName;
        services.AddSingleton(new TcpNodeName(optionsName));
        services.TryAddSingleton(static provider => Create(provider));
        return builder.UseTransport(static provider => provider.GetRequiredService<TcpNetwork>().CreateTransport());
    }

    private static TcpNetwork Create(IServiceProvider provider)
    {
        TcpTransportOptions options = provider.GetRequiredService<IOptions<TcpTransportOptions>>().Value.Copy();
        IOptionsMonitor<RaftNodeOptions> nodes = provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>();
        string[] names = [.. provider.GetServices<TcpNodeName>().Select(static node => node.OptionsName)];
        HostRules.Complete(options, [.. names.Select(nodes.Get)]);
        foreach (string name in names)
        {
            HostRules.RequireRoom(options, nodes.Get(name), name);
        }

        return new TcpNetwork(options, provider.GetService<ILoggerFactory>(), provider.GetService<IMeterFactory>());
    }
}
