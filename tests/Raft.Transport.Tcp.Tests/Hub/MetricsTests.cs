using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Listeners to metrics are users' code.</summary>
public sealed class MetricsTests
{
    [Fact]
    public void Listener_ThatThrows_IsNotNoticed()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory factory = services.GetRequiredService<IMeterFactory>();
        TcpMetrics metrics = new(factory);
        int calls = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Fail());
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Fail());
        listener.Start();

        metrics.Sent(1, 10);
        metrics.Received(1, 10);
        metrics.Dropped(DropReason.QueueFull, 1);
        metrics.Dialled("connected");
        metrics.Refused("certificate");
        metrics.RoundTrip(TimeSpan.FromSeconds(1));

        Assert.Equal(8, calls);

        void Fail()
        {
            calls++;
            throw new InvalidOperationException("by the test");
        }
    }
}
