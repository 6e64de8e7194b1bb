using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Runs a node while its host runs.</summary>
internal sealed partial class RaftNodeService : IHostedService, IDisposable
{
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    private readonly NodeRegistration _registration;
    private readonly IServiceProvider _provider;
    private readonly IClock _clock; // found now: a provider that is disposed before the stop finds nothing
    private readonly HostLog _log;
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
        _clock = provider.GetRequiredService<HostClock>().Clock;
        _log = provider.GetRequiredService<HostLog>();
        _logger = _log.Logger;
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
            LogStartRefused(exception, _registration.Name ?? _node?.Id.Value, exception.Message);
            await _log.FlushAsync(_node).ConfigureAwait(false); // the host ends now, and disposes the logging
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
        catch (NodeFailedException) when (!_stopsHost)
        {
            // it was logged when it happened, and StopHostOnFailure is off
        }
        finally
        {
            await _log.FlushAsync(_node).ConfigureAwait(false); // the host disposes the logging next
        }
    }

    /// <summary>
    /// Cancels and does not dispose, as <see cref="BackgroundService"/> does: a host may be disposed while it stops, and the
    /// stop must not fail.
    /// </summary>
    public void Dispose() => _stop.Cancel();

    /// <summary>
    /// Waits for the end of the node for as long as the host allows, and for a moment if other services have left no time: a node that is
    /// idle needs no more.
    /// </summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        bool isLate = cancellationToken.IsCancellationRequested;
        using TimeLimit moment = new(_clock, LastMoment, CancellationToken.None);
        CancellationToken patience = isLate ? moment.Token : cancellationToken;
        try
        {
            await _running.WaitAsync(patience).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            string? name = _registration.Name ?? _node?.Id.Value;
            string waitsFor = _node?.WaitsFor ?? "its run to return";
            _node?.Abandon(); // the host disposes it next, and must not wait for it there
            if (isLate)
            {
                LogStopBegunLate(name, waitsFor);
            }
            else
            {
                LogStopTimedOut(name, waitsFor);
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
                LogStopsHost(_node!.Id, failure.Message);
            }
        }
    }
}
