namespace Raft;

/// <summary>
/// The state of a state machine at one moment. It is written later, while commands are being applied (dissertation, section 5.1.1).
/// <see cref="SnapshotCapture"/> creates the usual captures.
/// </summary>
public interface ISnapshotCapture : IDisposable
{
    /// <summary>
    /// Writes the state as it was when it was captured. Called once, possibly at the same time as <see cref="IStateMachine.ApplyAsync"/>:
    /// the data that it reads must not change.
    /// </summary>
    /// <param name="destination">The stream to write to. Do not dispose it.</param>
    /// <param name="cancellationToken">Set when the node stops.</param>
    /// <returns>Completes when all is written.</returns>
    ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken);
}
