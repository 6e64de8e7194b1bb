using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>Adds a <see cref="FileStorage"/> to a node of a host.</summary>
public static class FileStorageBuilderExtensions
{
    /// <summary>
    /// Keeps the log, the vote and the snapshots of the node in a folder, so that they survive a loss of power. One
    /// <see cref="FileStorage"/> is the log store and the snapshot store of the node. The container creates and disposes it.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="path">
    /// The folder of this node, which is created if it does not exist. Each node needs its own: a node that starts with a folder in use
    /// fails, and the message names the process that uses it. A relative path starts at the content root of the host, or at the current
    /// directory if the services have no <see cref="IHostEnvironment"/>.
    /// </param>
    /// <param name="configure">Sets the options. Called at once.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of range.</exception>
    public static IRaftNodeBuilder UseFileStorage(this IRaftNodeBuilder builder, string path, Action<FileStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileStorageOptions options = new();
        configure?.Invoke(options);
        if (builder.Name is { } name)
        {
            builder.Services.AddKeyedSingleton(name, (provider, _) => Create(provider, path, options));
            return builder.UseLogStore(Find).UseSnapshotStore(Find);

            FileStorage Find(IServiceProvider provider) => provider.GetRequiredKeyedService<FileStorage>(name);
        }

        builder.Services.AddSingleton(provider => Create(provider, path, options));
        return builder
            .UseLogStore(static provider => provider.GetRequiredService<FileStorage>())
            .UseSnapshotStore(static provider => provider.GetRequiredService<FileStorage>());
    }

    private static FileStorage Create(IServiceProvider provider, string path, FileStorageOptions options)
    {
        string root = provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
        return new FileStorage(Path.GetFullPath(path, Path.GetFullPath(root)), options, provider.GetService<ILoggerFactory>());
    }
}
