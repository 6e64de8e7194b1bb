using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>Starts a worker for each leadership of a node, and waits until it has ended before it starts the next.</summary>
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
            while (await NextAsync(node, stoppingToken).ConfigureAwait(false) is { } leadership)
            {
                await WorkAsync(node, leadership, stoppingToken).ConfigureAwait(false);
                await WaitForLossAsync(node, leadership, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the host stops
        }
    }

    /// <summary>Waits for the next leadership; returns null if the node has ended. Exceptions of the worker are not caught here.</summary>
    private static async ValueTask<Leadership?> NextAsync(RaftNode node, CancellationToken stoppingToken)
    {
        try
        {
            return await node.WaitForLeadershipAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (NodeStoppedException)
        {
            return null;
        }
    }

    private async Task WorkAsync(RaftNode node, Leadership leadership, CancellationToken stoppingToken)
    {
        node.BeginLeaderWork(); // a leader that hands over waits for its end
        try
        {
            await RunWorkerAsync(node, leadership, stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            node.EndLeaderWork();
        }
    }

    private async Task RunWorkerAsync(RaftNode node, Leadership leadership, CancellationToken stoppingToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost, stoppingToken);
        AsyncServiceScope scope = provider.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            HostLogging.Write(() => LogStarts(typeof(TWorker).Name, node.Id, leadership.Term));
            try
            {
                TWorker worker = ActivatorUtilities.CreateInstance<TWorker>(scope.ServiceProvider);
                try
                {
                    await worker.RunAsync(node, leadership, ending.Token).ConfigureAwait(false);
                }
                finally
                {
                    await DisposeAsync(worker).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // the normal end of the work
            }
            catch (RaftException exception) when (ending.IsCancellationRequested || !Leads(node, leadership.Term))
            {
                // A proposal of the worker failed before the token was cancelled.
                HostLogging.Write(() => LogOutrun(exception, typeof(TWorker).Name, node.Id, leadership.Term));
            }
            catch (Exception exception)
            {
                HostLogging.Write(() => LogFailed(exception, typeof(TWorker).Name, node.Id, leadership.Term));
                throw;
            }

            HostLogging.Write(() => LogEnded(typeof(TWorker).Name, node.Id, leadership.Term));
        }
    }

    private static bool Leads(RaftNode node, long term) => node.Status is { Role: RaftRole.Leader } status && status.Term == term;

    /// <summary>The worker is not a service of the scope, so the scope does not dispose it.</summary>
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

    /// <summary>
    /// Waits for the token and does not look at the status: they do not change together, and a worker must not start twice in
    /// between.
    /// </summary>
    private static async ValueTask WaitForLossAsync(RaftNode node, Leadership leadership, CancellationToken stoppingToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(leadership.Lost, stoppingToken);
        try
        {
            await node.WaitForCancellationAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leadership.Lost.IsCancellationRequested)
        {
            // lost
        }
    }
}
