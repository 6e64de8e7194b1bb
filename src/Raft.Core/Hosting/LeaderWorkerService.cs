using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>Starts a worker with each leadership of a node, and waits for it to end before the next.</summary>
/// <typeparam name="TWorker">The worker.</typeparam>
internal sealed partial class LeaderWorkerService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWorker>(
    NodeRegistration registration, IServiceProvider provider) : BackgroundService
    where TWorker : class, ILeaderWorker
{
    private readonly ILogger _logger = HostLogging.Of(provider);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RaftNode node = registration.Get<RaftNode>(provider);
        try
        {
            while (true)
            {
                Leadership leadership = await node.WaitForLeadershipAsync(stoppingToken).ConfigureAwait(false);
                await WorkAsync(node, leadership, stoppingToken).ConfigureAwait(false);
                await WaitForLossAsync(node, leadership.Term, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (NodeStoppedException)
        {
            // the node will lead no more; why is its own business
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the host stops
        }
    }

    private async Task WorkAsync(RaftNode node, Leadership leadership, CancellationToken stoppingToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost, stoppingToken);
        AsyncServiceScope scope = provider.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            LogStarts(typeof(TWorker).Name, node.Id, leadership.Term);
            try
            {
                TWorker worker = ActivatorUtilities.CreateInstance<TWorker>(scope.ServiceProvider);
                try
                {
                    await worker.RunAsync(node, leadership.Term, ending.Token).ConfigureAwait(false);
                }
                finally
                {
                    await DisposeAsync(worker).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // as it should
            }
            catch (Exception exception)
            {
                LogFailed(exception, typeof(TWorker).Name, node.Id, leadership.Term);
                throw;
            }

            LogEnded(typeof(TWorker).Name, node.Id, leadership.Term);
        }
    }

    /// <summary>The worker is made for one leadership, and not by the scope: nobody else would dispose it.</summary>
    private static async ValueTask DisposeAsync(TWorker worker)
    {
        switch (worker)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync().ConfigureAwait(false);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    private static async ValueTask WaitForLossAsync(RaftNode node, long term, CancellationToken cancellationToken)
    {
        await foreach (RaftStatus status in node.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (status.Role != RaftRole.Leader || status.Term != term)
            {
                return;
            }
        }
    }
}
