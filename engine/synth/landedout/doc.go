// Package landedout lands the records of both places of a synthetic system at
// once: the batches that extraction makes of the files that packages fhirout
// and flatout write, without the files. It is for work at scale, where the
// files would take a hundred gigabytes.
//
// Every row has the subject, record, codes, values, known day and stamp that
// its file would have given, and every record the same disposition, which a
// test holds against extraction. What differs: the hash of a version is made
// of what tells the versions of one record apart, not of the bytes of a file;
// a quarantined record has its position in the batch; a batch holds one part
// of the people, and all types of place A.
//
// Reference tables, opt-outs and the truth are files as always.
package landedout
