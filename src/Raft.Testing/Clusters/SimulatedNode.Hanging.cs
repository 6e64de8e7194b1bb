namespace Raft.Testing;

// What occupies it.
public sealed partial class SimulatedNode
{
    private readonly MachineHold _machine;

    /// <summary>Whether its state machine hangs in something.</summary>
    internal bool IsMachineOccupied => _machine.IsOccupied;

    /// <summary>Makes its state machine hang in the next batch or restoration.</summary>
    internal void HoldMachine() => _machine.Hold();

    /// <summary>Occupies its state machine with a read or a capture that hangs.</summary>
    internal void OccupyMachine(WorkKind kind)
    {
        _machine.Hold();
        if (IsRunning)
        {
            Raft.Occupy(_machine.Occupy(kind));
        }
    }

    /// <summary>Its state machine continues.</summary>
    internal void ReleaseMachine() => _machine.Release();
}
