using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Runs a node as long as its host runs.</summary>
internal sealed partial class RaftNodeService : IHostedService, IDisposable
{
    private readonly NodeRegistration _registration;
    private readonly IServiceProvider _provider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private RaftNode? _node;
    private Task _running = Task.CompletedTask;
    private IHostApplicationLifetime? _host;
    private bool _stopsHost;

    public RaftNodeService(NodeRegistration registration, IServiceProvider provider)
    {
        _registration = registration;
        _provider = provider;
        _logger = HostLogging.Of(provider);
    }

    /// <summary>Returns when the node runs; it does not wait for a leader. A node that cannot run keeps the host from starting.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _node = _registration.Get<RaftNode>(_provider); // only now: whatever is wrong with it is told in one place
            _stopsHost = _provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(_registration.OptionsName).StopHostOnFailure;
            _host = _provider.GetService<IHostApplicationLifetime>(); // none, if somebody else than a host starts the services
            _running = _node.RunAsync(_stop.Token);
            if (!await _node.WaitUntilRunningAsync(cancellationToken).ConfigureAwait(false) || _running.IsCompleted)
            {
                await _running.WaitAsync(cancellationToken).ConfigureAwait(false); // throws what kept it from running, once its ports are released
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _stop.Cancel();
            _node?.Abandon(); // the host disposes it next, and must not wait there for what it has given up on here
            _ = WatchAsync(); // a store that goes on opening in spite of the token must not hold up whoever gave up
            throw;
        }
        catch (Exception exception)
        {
            HostLogging.Write(() => LogStartRefused(exception, _registration.Name ?? _node?.Id.Value, exception.Message));
            throw;
        }

        _ = WatchAsync();
    }

    /// <summary>Stops the node in good order. A node that failed while it stops its host says so here again, so that the process does not end as if all were well.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Cancel();
        try
        {
            await EndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _node?.Abandon(); // the host disposes it next, and must not wait for it there instead
            HostLogging.Write(() => LogStopTimedOut(_registration.Name ?? _node?.Id.Value));
        }
        catch (NodeFailedException) when (!_stopsHost)
        {
            // told when it happened, and the host was told to live with it
        }
    }

    /// <summary>Cancels instead of disposing, as <see cref="BackgroundService"/> does: a host may be disposed while it is being stopped, and stopping must not fail then.</summary>
    public void Dispose() => _stop.Cancel();

    /// <summary>Waits for the node's end, and for its last words: the host disposes the log next.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (_node is not null && !cancellationToken.IsCancellationRequested)
            {
                await _node.WaitUntilLoggedAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (NodeFailedException failure)
        {
            // The node has logged why. A host that already stops needs no one to stop it.
            if (_stopsHost && !_stop.IsCancellationRequested)
            {
                _host?.StopApplication();
                HostLogging.Write(() => LogStopsHost(_node!.Id, failure.Message));
            }
        }
    }
}
