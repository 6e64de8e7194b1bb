using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Runs a node while its host runs.</summary>
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

    /// <summary>Returns when the node runs, without waiting for a leader. If the node cannot run, the host does not start.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _node = _registration.Get<RaftNode>(_provider); // not earlier, so that every error is reported in one place
            _stopsHost = _provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(_registration.OptionsName).StopHostOnFailure;
            _host = _provider.GetService<IHostApplicationLifetime>(); // null if the services are not started by a host
            _running = _node.RunAsync(_stop.Token);
            if (!await _node.WaitUntilRunningAsync(cancellationToken).ConfigureAwait(false) || _running.IsCompleted)
            {
                // Throws the reason why it does not run, after its ports were closed.
                await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _stop.Cancel();
            _node?.Abandon(); // the host disposes it next, and must not wait there after it has given up waiting here
            _ = WatchAsync(); // a store that ignores the token must not delay the caller, who has given up
            throw;
        }
        catch (Exception exception)
        {
            HostLogging.Write(() => LogStartRefused(exception, _registration.Name ?? _node?.Id.Value, exception.Message));
            throw;
        }

        _ = WatchAsync();
    }

    /// <summary>
    /// Stops the node gracefully. If the failure of the node stops the host, the exception is thrown again here, so that the
    /// process does not exit with success.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Cancel();
        try
        {
            await EndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _node?.Abandon(); // the host disposes it next, and must not wait for it there
            HostLogging.Write(() => LogStopTimedOut(_registration.Name ?? _node?.Id.Value));
        }
        catch (NodeFailedException) when (!_stopsHost)
        {
            // it was logged when it happened, and StopHostOnFailure is off
        }
    }

    /// <summary>
    /// Cancels and does not dispose, as <see cref="BackgroundService"/> does: a host may be disposed while it stops, and the
    /// stop must not fail.
    /// </summary>
    public void Dispose() => _stop.Cancel();

    /// <summary>Waits until the node has ended and its last messages are logged: the host disposes the logging next.</summary>
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
            // The node has logged why. A host that is already stopping need not be stopped.
            if (_stopsHost && !_stop.IsCancellationRequested)
            {
                _host?.StopApplication();
                HostLogging.Write(() => LogStopsHost(_node!.Id, failure.Message));
            }
        }
    }
}
