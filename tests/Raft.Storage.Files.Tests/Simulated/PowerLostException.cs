namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>The machine has lost its power: nothing that it still does has an effect. Not an <see cref="IOException"/>, which is handled.</summary>
internal sealed class PowerLostException() : Exception("The simulated machine has lost its power.");
